/** Something that must be let go of: a subscription, a lease, an open file. Disposing twice is allowed. */
export interface Disposable {
  dispose(): void;
}
