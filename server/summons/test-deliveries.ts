/** How the names of messages begin by which somebody tries whether messages arrive. */
export const testPrefix = "test-message-";

/**
 * True for a message by which somebody tries whether messages arrive. Who sent it watches what becomes of it: it raises no alarm about anybody, and is let go of once no
 * way has worked.
 */
export function isTestDelivery(id: string): boolean {
  return id.startsWith(testPrefix);
}
