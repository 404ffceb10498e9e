// Where a command writes: whole lines, without their line ends.

export interface Output {
  /** What was asked for; standard output. */
  print(line: string): void;
  /** What is wrong or doubtful; standard error. */
  complain(line: string): void;
}
