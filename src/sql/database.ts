// What any kind of database can do: answer one statement that only reads, or say why not.

/** What a placeholder stands for. */
export type SqlParameter = string | number | boolean | null;

export interface SqlQuestion {
  readonly statement: string;
  readonly parameters: readonly SqlParameter[];
  /** Milliseconds left for it; then the signal is aborted. */
  readonly within: number;
}

/** `overlong`: there are more rows than may be. `failed`: nobody answers. `wrong`: the database refuses the statement. */
export type SqlAnswer =
  | { readonly kind: "rows"; readonly rows: readonly { readonly [column: string]: unknown }[] }
  | { readonly kind: "overlong" }
  /** `message` names no secret and no value: it goes to the log. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "wrong"; readonly message: string };

export interface Database {
  /** Most questions at the same time. */
  readonly atOnce: number;
  /** Never rejects. When the signal is aborted nothing goes on. */
  ask(question: SqlQuestion, signal: AbortSignal): Promise<SqlAnswer>;
  close(): Promise<void>;
}

/** Rows of one answer. */
export const mostRows = 100;
