/** Numbers by which the file system counts what belongs together (ext4, project quota); 0 is what belongs to nobody. */
const FIRST = 1000;

export class Projects {
  readonly #numbers = new Map<string, number>();
  #next = FIRST;

  /** What was found on the disk. @param name path of the directory */
  found(name: string, number: number): void {
    if (number === 0) return;
    this.#numbers.set(name, number);
    this.#next = Math.max(this.#next, number + 1);
  }

  /** Its number, or a new one. */
  of(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#next++;
    this.#numbers.set(name, number);
    return number;
  }

  has(name: string): boolean {
    return this.#numbers.has(name);
  }

  forget(name: string): void {
    this.#numbers.delete(name);
  }
}
