// The part of the server tools that stops brokers, apart from the door that loads one: start-up time counts.
export { type RunningServer, RunningServers } from './server/running-servers.ts';
export { configuredLogDirs } from './server/server-properties.ts';
export { chooseServers, type ServerChoice, stopServers } from './server/stop-servers.ts';
export { userDirectories } from './server/user-directories.ts';
