// Owns: running a broker from the command line: foreground, daemon, stop; where a user's directories are.
// In: server.properties, overrides, directories, the caller's pid.
// Out: a broker that runs until the context's signal, or servers that were asked to stop.
export { controllerPortBeside } from './controller-port.ts';
export { localBrokerProperties } from './local-broker.ts';
export { type RunServerOptions, runServer } from './run-server.ts';
export { type RunningServer, RunningServers } from './running-servers.ts';
export { serverLogger } from './server-logger.ts';
export { serverProperties } from './server-properties.ts';
export { type DaemonOutcome, startDaemon } from './start-daemon.ts';
export { type UserDirectories, userDirectories } from './user-directories.ts';
