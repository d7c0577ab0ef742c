// Writes bin/: one launcher per name, and the list of them in package.json. Run it after adding a command:
// `npm run generate`. With `--check` it only says what is out of date.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const launcher = (name: string): string => `#!/bin/sh
# Made by scripts/launchers.ts: finds the package behind links and a Node that can run it.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=\${self%/*}/$link ;; esac
done
root=\${self%/*}/..
node=node
version=$(node -v 2>/dev/null) || version=v0.0
version=\${version#v}
major=\${version%%.*}
minor=\${version#*.}
minor=\${minor%%.*}
if [ "$major" -lt 22 ] || { [ "$major" -eq 22 ] && [ "$minor" -lt 15 ]; }; then
  node=$root/node_modules/node/bin/node
  if ! [ -x "$node" ]; then
    echo "${name}: Node 22.15 or newer is needed (found: \${version#0.0}); in a checkout, npm ci brings one" >&2
    exit 1
  fi
fi
if ! [ -f "$root/dist/klamm.js" ]; then
  echo "${name}: not built yet: run npm ci && npm run build in $(cd "$root" && pwd -P)" >&2
  exit 1
fi
exec "$node" "$root/dist/klamm.js" ${name} "$@"
`;

/** Names of the programs: klamm, and each command's original with and without \`.sh\`. */
export async function programNames(): Promise<string[]> {
  const commands = join(root, 'src/commands');
  const names = ['klamm'];
  for (const file of readdirSync(commands)
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    const { default: command } = await import(join(commands, file));
    if (command.tool.name !== undefined) names.push(command.tool.name, `${command.tool.name}.sh`);
  }
  return names;
}

/** File name -> text of everything this script makes. */
export async function launchers(): Promise<Map<string, string>> {
  const names = await programNames();
  const files = new Map(names.map((name) => [`bin/${name}`, launcher(name.replace(/\.sh$/, ''))]));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  manifest.bin = Object.fromEntries(names.map((name) => [name, `bin/${name}`]));
  files.set('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  return files;
}

/** Names of files that differ from what they should be. */
export async function staleLaunchers(): Promise<string[]> {
  const wanted = await launchers();
  const extra = readdirSync(join(root, 'bin'))
    .map((name) => `bin/${name}`)
    .filter((name) => !wanted.has(name));
  const read = (name: string): string | undefined =>
    existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : undefined;
  return [...[...wanted].filter(([name, text]) => read(name) !== text).map(([name]) => name), ...extra];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = await staleLaunchers();
  if (process.argv.includes('--check')) {
    for (const name of stale) console.log(`out of date: ${name}`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    const wanted = await launchers();
    mkdirSync(join(root, 'bin'), { recursive: true });
    for (const name of stale) {
      const text = wanted.get(name);
      if (text === undefined) rmSync(join(root, name));
      else writeFileSync(join(root, name), text);
      if (text !== undefined && name.startsWith('bin/')) chmodSync(join(root, name), 0o755);
    }
  }
}
