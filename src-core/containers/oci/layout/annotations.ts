import { AppError } from '../../../base/errors.ts';
import { canonicalName, parseReference } from '../reference.ts';

/** OCI image-spec, annotations.md: where it has to be told, people put a tag here, or a whole name. */
const REF_NAME = 'org.opencontainers.image.ref.name';
/** What docker and containerd put a whole name into. */
const IMAGE_NAME = 'io.containerd.image.name';

/** @param name in full */
export function annotationsFor(name: string): Record<string, string> {
  const { tag } = parseReference(name, 'read a name');
  return { [IMAGE_NAME]: name, ...(tag === null ? {} : { [REF_NAME]: tag }) };
}

/** The name of an image in a layout, in full; none where only a tag is told, or something that is no name. */
export function nameFrom(annotations: Readonly<Record<string, string>> | undefined): readonly string[] {
  const told = annotations?.[IMAGE_NAME] ?? annotations?.[REF_NAME] ?? '';
  return /[:/]/.test(told) ? namesOf([told]) : [];
}

/** Those that are names. */
export function namesOf(told: readonly string[]): readonly string[] {
  return told.flatMap((text) => {
    try {
      return [canonicalName(text, 'read a name')];
    } catch (error) {
      if (error instanceof AppError) return [];
      throw error;
    }
  });
}
