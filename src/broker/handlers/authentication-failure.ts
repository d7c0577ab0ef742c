import { type ConnectionContext, type Rooms } from './handler.ts';

/** Lets a client that failed wait, so that it cannot guess quickly; its connection ends with the answer in work. */
export async function endAuthentication(
  { authentication, clock, logger }: Rooms,
  connection: ConnectionContext,
  why: string,
): Promise<void> {
  logger.log('INFO', `Failed authentication with ${connection.clientHost} (channelId=${connection.id}) (${why})`);
  connection.closeAfterAnswer();
  await new Promise<void>((resolve) => clock.after(authentication?.failureDelayMs ?? 0, resolve));
}
