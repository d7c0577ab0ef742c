// Owns: listeners and connections, the order of answers on each, size limits, idle and surplus connections.
// In: bytes from clients.
// Out: whole request frames to whoever answers them (dispatch), answering frames back to the clients.
export { BindError, SocketServer } from './socket-server.ts';
export type {
  Answer,
  AnswerRequest,
  BoundListener,
  ConnectionGate,
  ConnectionInfo,
  Listener,
  SocketServerConfig,
} from './types.ts';
