import { AppError } from '../base/errors.ts';
import type { CallDefinition, Contract, ServerStream, StreamDefinition } from './define.ts';
import { invalidInput } from './invalid-input.ts';
import { isWithin } from './message-size.ts';
import { doingOf } from './phrases.ts';

type Handler = (input: unknown, stream?: ServerStream<unknown, unknown>) => Promise<unknown>;
export type Handlers = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

/** A method that was asked for, with its input as the schema made it. */
export interface PreparedMethod<D> {
  readonly definition: D;
  readonly handler: Handler;
  readonly parsed: unknown;
}

interface Definitions {
  call: CallDefinition;
  stream: StreamDefinition;
}

/** All methods of a contract and their handlers, found by the names that a client sends. */
export class MethodTable {
  readonly #contract: Contract;
  readonly #handlers: Handlers;

  constructor(contract: Contract, handlers: Handlers) {
    this.#contract = contract;
    this.#handlers = handlers;
  }

  /** Finds `method` ("machines.start") and parses its input. @throws AppError `not-supported`, `invalid-input` */
  prepare<K extends 'call' | 'stream'>(method: string, input: unknown, kind: K): PreparedMethod<Definitions[K]> {
    const [topic = '', name = '', ...rest] = method.split('.');
    const definition = rest.length === 0 ? ownOf(ownOf(this.#contract, topic), name) : undefined;
    const handler = ownOf(ownOf(this.#handlers, topic), name);
    if (definition?.kind !== kind || handler === undefined) throw unknownMethod(method, kind);
    if (!isWithin(input)) {
      throw new AppError({ code: 'invalid-input', doing: doingOf(method, input), because: 'the request is too large' });
    }
    const parsed = definition.input.safeParse(input);
    if (!parsed.success) throw invalidInput(doingOf(method, input), parsed.error);
    return { definition: definition as Definitions[K], handler, parsed: parsed.data };
  }
}

function unknownMethod(method: string, kind: string): AppError {
  return new AppError({
    code: 'not-supported',
    doing: doingOf(method, undefined),
    because: `the service has no such ${kind}`,
    hint: 'Stop the service and start it again, so that both sides have the same version.',
  });
}

/** A client may send any name: what every object inherits is no method. */
function ownOf<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
