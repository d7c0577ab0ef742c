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

/** What oclif imports and we never reach: our CommandTree stands in for its Config, and DEBUG=* is not a feature of ours. */
const STAND_INS = {
  config: 'exports.Config = class {};',
  debug: 'const off = Object.assign(() => {}, { enabled: false }); off.extend = () => off; module.exports = () => off;',
};

/** esbuild plugin: oclif in the bundle loads its parts when they are used, and some of them not at all. */
export function leanOclif() {
  return {
    name: 'lean-oclif',
    setup(build) {
      build.onResolve({ filter: /^(\.\/config|debug)$/ }, ({ path, importer }) => {
        const isMeant = /@oclif[\\/]core[\\/]lib[\\/](command|logger)\.js$/.test(importer);
        return isMeant ? { path: path.replace('./', ''), namespace: 'stand-in' } : undefined;
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
