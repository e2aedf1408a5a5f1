import { variableOf, type Draft } from './draft.ts';
import type { Lookup } from './expand.ts';
import type { Step } from './step.ts';

type Arg = Extract<Step, { kind: 'arg' }>;

/** What is known everywhere without an ARG, if it is given. Docker's predefined arguments. */
const PREDEFINED = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];
/** What an ARG of this name is given without anybody saying so. */
const PLATFORM: Readonly<Record<string, string>> = {
  TARGETPLATFORM: 'linux/riscv64',
  TARGETOS: 'linux',
  TARGETARCH: 'riscv64',
  TARGETVARIANT: '',
  BUILDPLATFORM: 'linux/riscv64',
  BUILDOS: 'linux',
  BUILDARCH: 'riscv64',
  BUILDVARIANT: '',
};

/** The build arguments that are known at a point of a stage. */
export class Scope {
  readonly #given: Readonly<Record<string, string>>;
  readonly #known: ReadonlyMap<string, string>;
  readonly #global: ReadonlyMap<string, string>;

  private constructor(
    given: Readonly<Record<string, string>>,
    global: ReadonlyMap<string, string>,
    known: ReadonlyMap<string, string>,
  ) {
    this.#given = given;
    this.#global = global;
    this.#known = known;
  }

  /** Before the first FROM: for the names of images. @param given by whoever builds */
  static global(given: Readonly<Record<string, string>>): Scope {
    return new Scope(given, new Map(), new Map());
  }

  /** At the beginning of a stage: arguments of before the first FROM are known there once ARG says so. */
  stage(): Scope {
    return new Scope(this.#given, this.#known, new Map());
  }

  /** After an ARG, whose values have no variables any more. */
  with({ pairs }: Arg): Scope {
    const known = new Map(this.#known);
    for (const [name, preset] of pairs) {
      const value = ownOf(this.#given, name) ?? preset ?? this.#global.get(name) ?? ownOf(PLATFORM, name);
      if (value === undefined) known.delete(name);
      else known.set(name, value);
    }
    return new Scope(this.#given, this.#global, known);
  }

  /** The image's own variables come before arguments. */
  lookup(draft: Draft): Lookup {
    return (name) => variableOf(draft, name) ?? this.#known.get(name);
  }

  /** What a RUN finds in its environment besides the image's variables: it is no part of the image. */
  get environment(): string[] {
    const predefined = PREDEFINED.flatMap((name) => [name, name.toLowerCase()]).flatMap((name) => {
      const value = this.#known.has(name) ? undefined : ownOf(this.#given, name);
      return value === undefined ? [] : [`${name}=${value}`];
    });
    return [...predefined, ...[...this.#known].map(([name, value]) => `${name}=${value}`)];
  }
}

function ownOf(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
