/** A promise that somebody else settles. (`Promise.withResolvers` is younger than the language level here.) */
export class Deferred<T> {
  resolve!: (value: T) => void;
  reject!: (error: Error) => void;
  readonly promise: Promise<T>;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever is interested awaits it; nobody has to.
    this.promise.catch(() => undefined);
  }
}
