import { readFileSync, writeFileSync } from 'node:fs';

const template = readFileSync('page.html', 'utf8');
writeFileSync('built.html', template.replace('{{built}}', new Date().toISOString()));
console.log('built.html written');
