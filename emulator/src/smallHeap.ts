import { setFlagsFromString } from 'node:v8';

// Loaded before everything else: most of what the program would hold is room that V8 takes in advance, and code that it
// compiles a second time on its way to the fast one.
for (const flag of ['--optimize-for-size', '--no-maglev']) setFlagsFromString(flag);
