import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Whom a room may import. `util` knows no Kafka word and is open to all; a room's own files are its own business. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  main: ['cli'],
  commands: ['cli', 'tools'],
  cli: ['protocol/errors.ts'],
  tools: ['client', 'protocol'],
  client: ['transport', 'protocol'],
  transport: ['protocol/primitives.ts'],
  protocol: [],
  util: [],
  'broker/net': ['transport', 'protocol'],
  'broker/dispatch': ['transport', 'protocol', 'broker/handlers', 'broker/security'],
  'broker/quotas': ['broker/cluster', 'protocol'],
  'broker/handlers': [
    'broker/replicas',
    'broker/groups',
    'broker/transactions',
    'broker/share-groups',
    'broker/quotas',
    'broker/cluster',
    'broker/security',
    'protocol',
  ],
  'broker/groups': ['broker/replicas', 'broker/cluster', 'protocol'],
  'broker/transactions': ['broker/replicas', 'broker/cluster', 'protocol'],
  'broker/share-groups': ['broker/replicas', 'broker/cluster', 'protocol'],
  'broker/replicas': ['broker/log', 'broker/cluster', 'broker/peers', 'protocol'],
  'broker/cluster': ['broker/log', 'broker/peers', 'protocol'],
  'broker/security': ['broker/cluster', 'protocol'],
  'broker/peers': ['transport', 'protocol'],
  // Looks at every room and is known to the daemon alone.
  'broker/metrics': [
    'broker/net',
    'broker/replicas',
    'broker/groups',
    'broker/transactions',
    'broker/share-groups',
    'broker/cluster',
    'broker/log',
    'protocol/primitives.ts',
  ],
  'broker/log': ['protocol/records', 'protocol/primitives.ts', 'protocol/errors.ts'],
  // The two files that wire: which rooms there are, and what they are told of the broker's configs.
  'broker/daemon': ['broker', 'protocol'],
  'broker/room-settings': ['broker/cluster', 'broker/log', 'broker/net', 'broker/security'],
};

/** Files that may do what their room may not. The list is complete. */
const EXCEPTIONS: readonly (readonly [file: RegExp, imported: RegExp])[] = [
  [/^tools\/server\b/, /^broker\/daemon\.ts$/],
  [/^tools\/(dump-log|storage)\b/, /^broker\/log\//],
  // What formats a directory is what a starting broker checks: config tables, meta.properties, bootstrap records.
  [/^tools\/storage\b/, /^broker\/cluster\/index\.ts$/],
];

/** Rooms whose files are imported one by one, without a door. */
const WITHOUT_DOOR = ['protocol', 'util'];

/** Packages, and the rooms or files that may use them. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@oclif/core': ['cli/'],
  chalk: ['cli/'],
  'cli-table3': ['cli/'],
  '@inquirer/prompts': ['cli/'],
  kafkajs: ['client/'],
  snappy: ['protocol/records/'],
  'lz4-napi': ['protocol/records/'],
  '@node-rs/crc32': ['protocol/records/'],
};
const PURE_MODULES = ['node:zlib', 'node:crypto', 'node:module', 'node:buffer', 'node:util'];

interface Import {
  readonly file: string;
  readonly target: string;
}

function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, 'src', file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found = text.matchAll(
    /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*'([^']+)'|import\s*'([^']+)'|import\(\s*'([^']+)'|require\(\s*'([^']+)'/g,
  );
  return [...found]
    .map(([, ...groups]) => ({ file, target: groups.find((one) => one !== undefined)! }))
    .filter(({ target }) => !file.startsWith('commands/') || /[./]/.test(target));
}

function roomOf(path: string): string {
  const [top, second] = path.split('/');
  if (top === 'broker') return `broker/${second!.replace(/\.ts$/, '')}`;
  return top!.replace(/\.ts$/, '');
}

const imports = sourceFiles().flatMap(importsOf);
const inside = imports
  .filter(({ target }) => target.startsWith('.'))
  .map(({ file, target }) => ({ file, path: relative(join(root, 'src'), join(root, 'src', dirname(file), target)) }))
  .filter(({ file, path }) => roomOf(file) !== roomOf(path));

const isException = (file: string, path: string): boolean =>
  EXCEPTIONS.some(([importer, imported]) => importer.test(file) && imported.test(path));

describe('imports', () => {
  it('follow the arrows between rooms', () => {
    const wrong = inside.filter(({ file, path }) => {
      const allowed = ['util', ...(ARROWS[roomOf(file)] ?? [])];
      return !isException(file, path) && !allowed.some((one) => path === one || path.startsWith(`${one}/`));
    });
    expect(wrong.map(({ file, path }) => `${file} -> ${path}`)).toEqual([]);
  });

  it('enter other rooms through their doors', () => {
    const wrong = inside.filter(({ file, path }) => {
      if (isException(file, path) || WITHOUT_DOOR.includes(roomOf(path)) || !path.includes('/')) return false;
      return path !== `${roomOf(path)}/index.ts` && path !== `${roomOf(path)}.ts` && !isOwnDoor(path);
    });
    expect(wrong.map(({ file, path }) => `${file} -> ${path}`)).toEqual([]);
  });

  it('use each package only where it belongs', () => {
    const wrong = imports.filter(({ file, target }) => {
      if (target.startsWith('.')) return false;
      if (target.startsWith('node:')) return roomOf(file) === 'protocol' && !PURE_MODULES.includes(target);
      const name = Object.keys(PACKAGES).find((one) => target === one || target.startsWith(`${one}/`));
      return name === undefined || !PACKAGES[name]!.some((place) => file.startsWith(place));
    });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('name no file that is not there', () => {
    expect(inside.filter(({ path }) => !existsSync(join(root, 'src', path)))).toEqual([]);
  });
});

/**
 * Doors beside index.ts: tool actions and parts of the client that a tool loads on its own, because start-up time counts, and what
 * a handler is, which dispatch and the handlers share.
 */
function isOwnDoor(path: string): boolean {
  return (
    path === 'broker/handlers/handler.ts' ||
    /^tools\/[^/]+(\.ts|\/index\.ts)$/.test(path) ||
    /^client\/[^/]+\/index\.ts$/.test(path) ||
    /^client\/admin\/[^/]+\.ts$/.test(path)
  );
}

describe('files', () => {
  it('keep to 400 lines unless DESIGN.md gives the reason', () => {
    const design = existsSync(join(root, 'DESIGN.md')) ? readFileSync(join(root, 'DESIGN.md'), 'utf8') : '';
    // In DESIGN.md: "- `src/protocol/errors.ts`: one table of all errors" under the heading of long files.
    const allowed = new Set([...design.matchAll(/^- `src\/([^`]+)`: .+/gm)].map(([, file]) => file));
    const long = sourceFiles().filter((file) => readFileSync(join(root, 'src', file), 'utf8').split('\n').length > 401);
    expect(long.filter((file) => !allowed.has(file))).toEqual([]);
  });

  it('open each room with three lines: what it owns, what comes in, what goes out', () => {
    const doors = Object.keys(ARROWS)
      .map((room) => `${room}/index.ts`)
      .filter((file) => existsSync(join(root, 'src', file)));
    const silent = doors.filter(
      (file) => !/^(\/\/ .+\n){3}|^\/\*\*\n( \* .+\n){3,}/.test(readFileSync(join(root, 'src', file), 'utf8')),
    );
    expect(silent).toEqual([]);
  });

  it('leave the command folder to command classes', () => {
    const names = readdirSync(join(root, 'src/commands'));
    expect(names.filter((name) => !/^[a-z][a-z0-9-]*\.ts$/.test(name))).toEqual([]);
  });
});
