import { type ClientQuotaImage } from '../cluster/index.ts';

/** Who asks. */
export interface QuotaClient {
  /** Name of the principal, without its type. */
  readonly user: string;
  readonly clientId: string;
}

export interface QuotaLimit {
  readonly perSecond: number;
  /** Clients with the same key share one meter. */
  readonly meterKey: string;
}

/** Null stands for the default, undefined for entities that have no such part. */
function partsKey(user: string | null | undefined, clientId: string | null | undefined): string {
  return JSON.stringify([user === undefined ? 0 : user, clientId === undefined ? 0 : clientId]);
}

/** One kind of quota, as producer_byte_rate, of users and client ids. */
export class QuotaLimits {
  private readonly byParts = new Map<string, number>();

  constructor(key: string, images: readonly ClientQuotaImage[]) {
    for (const { entity, quotas } of images) {
      const value = quotas.get(key);
      if (value === undefined || entity.has('ip')) continue;
      this.byParts.set(partsKey(entity.get('user'), entity.get('client-id')), value);
    }
  }

  get isEmpty(): boolean {
    return this.byParts.size === 0;
  }

  /**
   * The most specific quota: a pair before a user before a client id, and names before defaults (KIP-55, kafka
   * DefaultQuotaCallback). A user's quota is shared by all clients of the user, a client id's by all users of it.
   */
  limitFor({ user, clientId }: QuotaClient): QuotaLimit | null {
    if (this.isEmpty) return null;
    const candidates = [
      [user, clientId, partsKey(user, clientId)],
      [user, null, partsKey(user, clientId)],
      [user, undefined, partsKey(user, undefined)],
      [null, clientId, partsKey(user, clientId)],
      [null, null, partsKey(user, clientId)],
      [null, undefined, partsKey(user, undefined)],
      [undefined, clientId, partsKey(undefined, clientId)],
      [undefined, null, partsKey(undefined, clientId)],
    ] as const;
    for (const [userPart, clientPart, meterKey] of candidates) {
      const perSecond = this.byParts.get(partsKey(userPart, clientPart));
      if (perSecond !== undefined) return { perSecond, meterKey };
    }
    return null;
  }
}
