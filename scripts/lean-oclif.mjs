import { readFile } from 'node:fs/promises';

const LOADED_AT_ONCE = /^(?:const|var) (\w+) = (__importDefault\(|__importStar\()?(require\("[^"]+"\))\)?;$/gm;

/**
 * Rewrites oclif's CommonJS modules (TypeScript's output) so that each loads another one when it first uses it, not when it is loaded
 * itself: parsing a command line needs a tenth of them, and every call of a tool would pay for all.
 */
export function loadWhenUsed(text) {
  const names = [];
  const lazy = text.replace(LOADED_AT_ONCE, (_, name, helper = '', call) => {
    names.push(name);
    const value = helper === '' ? call : `${helper}${call})`;
    return `var ${name}$loaded; Object.defineProperty(used$, "${name}", { get: () => (${name}$loaded ??= ${value}) });`;
  });
  const uses = (result, name) => result.replace(new RegExp(`(?<![\\w$."])${name}(?![\\w$])`, 'g'), `used$.${name}`);
  return `var used$ = {};\n${names.reduce(uses, lazy)}`;
}

/**
 * What oclif's modules import and a call of ours never reaches: our CommandTree stands in for its Config, run-command.ts prints errors,
 * no flag of ours is its Flags.help(), and DEBUG=* is not a feature. By importing file and name.
 */
const STAND_INS = {
  'command.js ./config': 'exports.Config = class {};',
  'logger.js debug':
    'const off = Object.assign(() => {}, { enabled: false }); off.extend = () => off; module.exports = () => off;',
  'errors/index.js ./handle': 'exports.Exit = { exit: (code) => process.exit(code) };',
  'flags.js ./help': 'exports.loadHelpClass = undefined;',
};

/** esbuild plugin: oclif in the bundle loads its parts when they are used, and some of them not at all. */
export function leanOclif() {
  return {
    name: 'lean-oclif',
    setup(build) {
      build.onResolve({ filter: /^(\.\/(config|handle|help)|debug)$/ }, ({ path, importer }) => {
        const [, file] = /@oclif[\\/]core[\\/]lib[\\/](.*)$/.exec(importer) ?? [];
        const key = `${file?.replaceAll('\\', '/')} ${path}`;
        return key in STAND_INS ? { path: key, namespace: 'stand-in' } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({
        contents: STAND_INS[path],
        loader: 'js',
      }));
      build.onLoad({ filter: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, async ({ path }) => ({
        contents: loadWhenUsed(await readFile(path, 'utf8')),
        loader: 'js',
      }));
    },
  };
}
