// Run through scripts/on-node.mjs, which installs first: what the steps after it run on.
console.log(`Node ${process.version}, ${process.platform} ${process.arch}, dependencies in place`);
