import { type FileSystem, isStorageError } from './filesystem.ts';

/**
 * The same file system, except that a call which fails because the process has no descriptors left is made again after
 * `release` has given some back. `release` answers false when it has none to give.
 */
export function withDescriptorRelief(fileSystem: FileSystem, release: () => boolean): FileSystem {
  function relieved<T>(call: () => T): T {
    for (;;) {
      try {
        return call();
      } catch (error) {
        if (!isStorageError(error) || (error.code !== 'EMFILE' && error.code !== 'ENFILE') || !release()) throw error;
      }
    }
  }
  return {
    open: (path, mode) => relieved(() => fileSystem.open(path, mode)),
    readFile: (path) => relieved(() => fileSystem.readFile(path)),
    status: (path) => fileSystem.status(path),
    prepareManySyncs: async (directory) => fileSystem.prepareManySyncs?.(directory),
    list: (directory) => relieved(() => fileSystem.list(directory)),
    makeDirectory: (path) => fileSystem.makeDirectory(path),
    rename: (from, to) => fileSystem.rename(from, to),
    remove: (path) => fileSystem.remove(path),
    removeDirectory: (path) => relieved(() => fileSystem.removeDirectory(path)),
    syncDirectory: (path) => relieved(() => fileSystem.syncDirectory(path)),
    syncDirectoryInBackground: (path) => fileSystem.syncDirectoryInBackground(path),
  };
}
