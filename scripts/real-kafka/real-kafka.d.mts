/** Installs Apache Kafka's jars once, or says why it cannot. */
export function installKafka(
  root?: string,
): { readonly root: string; readonly tools: string } | { readonly missing: string };
/** A broker started by the tools of a directory, ours or Apache's. */
export function startServer(options: {
  tools: string;
  dir: string;
  extra?: string;
}): Promise<{ readonly port: number; stop(): Promise<void> }>;
