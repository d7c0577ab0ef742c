import { atLeast, int, list, listOfAny, long, string } from '../../../util/config-definition.ts';

/** Listeners, sockets and connections. */
export const networkConfigs = {
  listeners: list({ default: 'PLAINTEXT://:9092', validator: listOfAny(false, false), importance: 'high' }),
  'advertised.listeners': list({ default: null, validator: listOfAny(false, true), importance: 'high' }),
  'listener.security.protocol.map': string({
    default: 'SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT',
    importance: 'low',
  }),
  'socket.send.buffer.bytes': int({ default: 102400, importance: 'high' }),
  'socket.receive.buffer.bytes': int({ default: 102400, importance: 'high' }),
  'socket.request.max.bytes': int({ default: 104857600, validator: atLeast(1), importance: 'high' }),
  'socket.listen.backlog.size': int({ default: 50, validator: atLeast(1) }),
  'max.connections.per.ip': int({ default: 2147483647, validator: atLeast(0) }),
  'max.connections.per.ip.overrides': string({ default: '' }),
  'max.connections': int({ default: 2147483647, validator: atLeast(0) }),
  'max.connection.creation.rate': int({ default: 2147483647, validator: atLeast(0) }),
  'connections.max.idle.ms': long({ default: 600000 }),
  'connection.failed.authentication.delay.ms': int({ default: 100, validator: atLeast(0), importance: 'low' }),
  'queued.max.requests': int({ default: 500, validator: atLeast(1), importance: 'high' }),
  'queued.max.request.bytes': long({ default: -1 }),
  'num.network.threads': int({ default: 3, validator: atLeast(1), importance: 'high' }),
};
