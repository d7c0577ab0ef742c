/** As many ports as asked for, all different, that nobody listens on now. */
export function freePorts(count: number): Promise<number[]>;
export function isListening(port: number): Promise<boolean>;
