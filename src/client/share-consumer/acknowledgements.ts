import { type Offset } from '../../protocol/primitives.ts';

/** What became of a record. GAP: there was none at the offset (KIP-932). */
export const AcknowledgeType = { GAP: 0, ACCEPT: 1, RELEASE: 2, REJECT: 3, RENEW: 4 } as const;
export type AcknowledgeType = (typeof AcknowledgeType)[keyof typeof AcknowledgeType];

export interface AcknowledgementBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly acknowledgeTypes: number[];
}

/** What is to be told about the records of one partition. */
export class Acknowledgements {
  private readonly types = new Map<Offset, AcknowledgeType>();

  get size(): number {
    return this.types.size;
  }

  /** The last word about an offset counts. */
  add(offset: Offset, type: AcknowledgeType): void {
    this.types.set(offset, type);
  }

  /** In runs of one type, in order; afterwards there is nothing to tell. */
  take(): AcknowledgementBatch[] {
    const batches: { firstOffset: Offset; lastOffset: Offset; acknowledgeTypes: number[] }[] = [];
    for (const [offset, type] of [...this.types].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const last = batches.at(-1);
      if (last && last.lastOffset + 1n === offset && last.acknowledgeTypes[0] === type) last.lastOffset = offset;
      else batches.push({ firstOffset: offset, lastOffset: offset, acknowledgeTypes: [type] });
    }
    this.types.clear();
    return batches;
  }
}
