// Owns: how brokers fare, gathered over Kafka's protocol and from their metrics ports.
// In: a cluster's address or the servers of this user; how long to look at the traffic.
// Out: one status per cluster or server, as values.
export { RunningServers, userDirectories } from '../server/index.ts';
export { type ClusterStatus, clusterStatus } from './cluster-status.ts';
export { type MetricsAddress, parseMetricsAddress, type Traffic, trafficOf } from './traffic.ts';
