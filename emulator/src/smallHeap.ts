import { setFlagsFromString } from 'node:v8';

// Loaded before everything else: most of what the program would hold is room that V8 takes in advance.
setFlagsFromString('--optimize-for-size');
