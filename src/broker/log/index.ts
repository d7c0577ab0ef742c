// Owns: partitions' logs on disk in Kafka's formats: segments, indexes, producer state, leader epochs, recovery, retention, cleaning.
// In: record batches of clients, coordinators, the controller and leaders; reads by offset and time; topic log settings.
// Out: offsets, batches, producers' states; failures as error names, offline directories as KAFKA_STORAGE_ERROR.
export type { CleanerOptions } from './cleaner/log-cleaner.ts';
export { type File, type FileSystem, replaceFile } from './filesystem.ts';
export { openLogManager } from './log-manager.ts';
export type { LogIntervals, LogManagerOptions, Placement } from './log-manager-options.ts';
export { nodeFileSystem } from './node-filesystem.ts';
export { openSingleLog, type SingleLog, type SingleLogOptions } from './single-log.ts';
export type * from './types.ts';
