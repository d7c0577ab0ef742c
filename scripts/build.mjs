// Builds dist/: one file per command with all that a call of it loads, so that starting up reads few files and runs no other command.
// `node scripts/build.mjs`, or `--if-stale`: only when a source is newer than the last build.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');

/** Loaded from node_modules when first needed: native code, and what most calls never touch. */
const EXTERNAL = ['snappy', 'lz4-napi', '@node-rs/crc32', 'kafkajs'];

/**
 * Node's own modules are fetched by getBuiltinModule: an `import` statement would touch every export of theirs at once, and some
 * of those load half of Node.
 */
export function fetchBuiltins(text) {
  const fetch = (module) => `globalThis.process.getBuiltinModule("${module}")`;
  return text
    .replace(
      /import\s*(?:\*\s*as\s+)?([\w$]+)\s*from\s*"(node:[^"]+)";/g,
      (_, name, module) => `const ${name}=${fetch(module)};`,
    )
    .replace(/import\s*(?:([\w$]+)\s*,\s*)?\{([^}]*)\}\s*from\s*"(node:[^"]+)";/g, (_, whole, names, module) => {
      const parts = names.replace(/([\w$]+)\s+as\s+([\w$]+)/g, '$1:$2');
      return `${whole ? `const ${whole}=${fetch(module)};` : ''}const{${parts}}=${fetch(module)};`;
    });
}

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

export function isStale() {
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return ['src', 'package-lock.json', 'scripts/build.mjs', 'scripts/lean-oclif.mjs'].some(
    (path) => newest(join(root, path)) > built,
  );
}

/** A command with all that it needs at once in one file; what it needs at times is in dist/parts. */
const programOf = (id) => ({
  stdin: {
    contents: `export { default } from './commands/${id}.ts';\nexport { runCommand } from './cli/index.ts';\n`,
    resolveDir: join(root, 'src'),
    sourcefile: `${id}.ts`,
    loader: 'ts',
  },
  entryNames: `commands/${id}`,
});

/** What modules of a user's own implement: files of types alone, which are their own declarations. */
const INTERFACES = {
  formatter: 'src/tools/console-consumer/message-formatter.ts',
  reader: 'src/tools/console-producer/record-reader.ts',
};

export async function build() {
  const { build: bundle } = await import('esbuild');
  const { leanOclif } = await import('./lean-oclif.mjs');
  const outdir = join(root, 'dist');
  const common = {
    absWorkingDir: root,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.15',
    external: EXTERNAL,
    // An import of types alone disappears; kept, it would load the module for nothing.
    tsconfigRaw: { compilerOptions: { target: 'es2024', verbatimModuleSyntax: false } },
    plugins: [leanOclif()],
    write: false,
    // Names stay readable in a bug report; white space and dead branches go.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    chunkNames: 'parts/[name]-[hash]',
    banner: { js: "const require=globalThis.process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    logLevel: 'warning',
  };
  const ids = readdirSync(join(root, 'src/commands')).map((name) => name.replace(/\.ts$/, ''));
  const results = await Promise.all([
    bundle({ ...common, entryPoints: ['src/main.ts'] }),
    ...ids.map((id) => bundle({ ...common, ...programOf(id) })),
  ]);
  // Only now: a build that failed leaves the last one in place.
  rmSync(outdir, { recursive: true, force: true });
  for (const { path, text } of results.flatMap(({ outputFiles }) => outputFiles)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fetchBuiltins(text));
  }
  writeFileSync(
    join(outdir, 'klamm.js'),
    "process.getBuiltinModule('node:module').enableCompileCache();\nawait import('./main.js');\n",
  );
  for (const [name, source] of Object.entries(INTERFACES)) {
    writeFileSync(join(outdir, `${name}.d.ts`), readFileSync(join(root, source), 'utf8'));
  }
  writeFileSync(stamp, '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (!process.argv.includes('--if-stale') || isStale()) await build();
  } catch (error) {
    // esbuild has told what is wrong and where.
    if (!('errors' in error)) throw error;
    process.exitCode = 1;
  }
}
