/**
 * The host's end of a transport: the few members shared by a worker's MessagePort, Electron's MessagePortMain and a wrapped
 * WebSocket. What arrives is untrusted, hence unknown.
 */
export interface HostPort {
  /** Sends one message. May throw when the value cannot be cloned. */
  postMessage(message: unknown): void;
  onMessage(listener: (data: unknown) => void): void;
  onClose(listener: () => void): void;
}
