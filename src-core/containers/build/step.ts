import type { HealthCheck } from '../../contract/container-images.ts';

/** A Containerfile as it stands: variables are not replaced yet. https://docs.docker.com/reference/dockerfile */
export interface Containerfile {
  /** ARG before the first FROM: for the names of base images. */
  readonly globalArguments: readonly Extract<Step, { kind: 'arg' }>[];
  readonly stages: readonly Stage[];
  /** "\\", or "`" by directive. */
  readonly escape: string;
}

export interface Stage {
  readonly from: From;
  readonly steps: readonly Step[];
}

interface Placed {
  /** Counted from 1. */
  readonly line: number;
  /** As it is shown: one line, without comments. */
  readonly text: string;
}

export interface From extends Placed {
  /** "scratch", the name or number of a stage before, or an image. */
  readonly image: string;
  /** "AS name"; null without. */
  readonly name: string | null;
}

/** A command as the shell is to read it, or as arguments. */
export type CommandForm =
  { readonly form: 'shell'; readonly command: string } | { readonly form: 'exec'; readonly command: readonly string[] };

/** A file whose content stands in the Containerfile. */
export interface InlineFile {
  readonly name: string;
  readonly content: string;
  /** Variables in it are replaced: its delimiter is not quoted. */
  readonly expand: boolean;
}

export type Step = Placed &
  (
    | {
        readonly kind: 'run';
        readonly command: CommandForm;
        readonly network: 'default' | 'none';
      }
    | {
        /** add: archives of the context are unpacked. */
        readonly kind: 'copy' | 'add';
        readonly sources: readonly string[];
        readonly destination: string;
        readonly inline: readonly InlineFile[];
        /** A stage or an image; null for the context. */
        readonly from: string | null;
        readonly owner: string | null;
        /** Octal; null: as it is. */
        readonly mode: string | null;
      }
    | { readonly kind: 'env' | 'label'; readonly pairs: readonly (readonly [name: string, value: string])[] }
    | { readonly kind: 'arg'; readonly pairs: readonly (readonly [name: string, value: string | null])[] }
    | { readonly kind: 'workdir' | 'user' | 'stop-signal' | 'maintainer'; readonly value: string }
    | { readonly kind: 'entrypoint' | 'cmd'; readonly command: CommandForm }
    | { readonly kind: 'shell'; readonly command: readonly string[] }
    | { readonly kind: 'expose' | 'volume'; readonly values: readonly string[] }
    | {
        readonly kind: 'healthcheck';
        /** null: HEALTHCHECK NONE. */
        readonly check: (Omit<HealthCheck, 'command'> & { readonly command: CommandForm }) | null;
      }
  );
