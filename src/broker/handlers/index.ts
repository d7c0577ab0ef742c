// Owns: the answer to each API key, one file per key.
// In: decoded requests from dispatch, the rooms to ask.
// Out: responses. Adding a key: its file and its line here.
import { apiVersionsHandler } from './18-api-versions.ts';
import { type Handler } from './handler.ts';

export type { ConnectionContext, Handle, Handler, RequestContext, Rooms } from './handler.ts';

export const handlers: readonly Handler[] = [apiVersionsHandler];
