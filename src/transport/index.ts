// Owns: cutting a byte stream into frames; pipelining requests on a client's socket.
// In: bytes from sockets; request frames of callers, as parts.
// Out: whole frames, answers in order, TransportError when a connection fails or ends. Never knows what a request means.
export { ChannelTraffic } from './channel-traffic.ts';
export { FrameSizeError, TransportError, type TransportFailure } from './errors.ts';
export { foreignProtocol } from './foreign-protocol.ts';
export { FrameSplitter } from './frame-splitter.ts';
export { type ConnectOptions, RequestChannel } from './request-channel.ts';
export { writeFrame } from './write-frame.ts';
