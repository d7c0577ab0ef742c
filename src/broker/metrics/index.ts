// Owns: what the broker counts about itself, its text form for Prometheus, and the opt-in HTTP port that serves it.
// In: requests and appends on their way (measured, not changed), the rooms' state at the time of a question.
// Out: `GET /metrics` and `GET /healthz`.
export { BrokerMetrics } from './broker-metrics.ts';
export type { MetricsListener } from './metrics-server.ts';
