// The old configuration as the translation sees it: names of files, and their lines with the places they stand at.

/** One line that means something. `place` is `FILE:LINE`, relative to the old folder where that is possible. */
export interface OldLine {
  readonly text: string;
  readonly place: string;
}

/** What qpsmtpd read, `$include` followed. */
export interface OldFolder {
  /** Nothing for a file that is not there. */
  lines(name: string): readonly OldLine[];
  has(name: string): boolean;
}

/** The line that counts where one value is wanted. */
export function firstLine(old: OldFolder, name: string): OldLine | undefined {
  return old.lines(name)[0];
}
