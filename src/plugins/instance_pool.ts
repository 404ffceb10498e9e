// The instances of one plugin: each in the hands of one call at a time, since an instance is not re-entrant.

import { limits } from "./limits.ts";

interface Disposable {
  dispose(): void;
}

export type Created<I> =
  | { readonly kind: "created"; readonly instance: I }
  | { readonly kind: "failed"; readonly message: string };

/** How waiting for an instance ended. `busy`: too many calls wait already. */
export type Taken<I> =
  | { readonly kind: "taken"; readonly instance: I }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "busy" }
  | { readonly kind: "deadline" }
  | { readonly kind: "closed" };

export interface PoolOptions {
  /** Most instances, in use or idle. */
  readonly instances?: number;
  /** Most calls that wait for one. */
  readonly waiting?: number;
}

/** Grows by one instance when a call finds none idle; what is given back is used again, the latest first. */
export class InstancePool<I extends Disposable> {
  readonly #create: () => Promise<Created<I>>;
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #idle: I[] = [];
  readonly #inUse = new Set<I>();
  /** In order of arrival; a call that gave up is deleted from the middle. */
  readonly #waiting = new Set<(taken: Taken<I>) => void>();
  #creating = 0;
  #closed: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(create: () => Promise<Created<I>>, options: PoolOptions = {}) {
    this.#create = create;
    this.#most = options.instances ?? limits.instances;
    this.#mostWaiting = options.waiting ?? limits.waiting;
  }

  /** Instances alive, in use or idle. */
  get size(): number {
    return this.#idle.length + this.#inUse.size;
  }

  /** Adds an instance made elsewhere, idle. */
  add(instance: I): void {
    this.#settle(instance);
  }

  /** An idle instance at once, if there is one: the usual case, which costs no promise. */
  takeIdle(): I | undefined {
    const instance = this.#idle.pop();
    if (instance !== undefined) this.#inUse.add(instance);
    return instance;
  }

  /** Waits for an instance, at most `withinMs` milliseconds. Who gets one must give it back or discard it. */
  take(withinMs: number): Promise<Taken<I>> {
    if (this.#closing !== undefined) return Promise.resolve({ kind: "closed" });
    const instance = this.takeIdle();
    if (instance !== undefined) return Promise.resolve({ kind: "taken", instance });
    if (this.#waiting.size >= this.#mostWaiting) return Promise.resolve({ kind: "busy" });
    const { promise, resolve } = Promise.withResolvers<Taken<I>>();
    const finish = (taken: Taken<I>): void => {
      clearTimeout(timer);
      this.#waiting.delete(finish);
      resolve(taken);
    };
    const timer = setTimeout(finish, withinMs, { kind: "deadline" });
    this.#waiting.add(finish);
    this.#grow();
    return promise;
  }

  /** The instance is whole: the next call may have it. */
  giveBack(instance: I): void {
    this.#release(instance);
    this.#settle(instance);
  }

  /** The instance trapped, overran its time or answered rubbish: nobody shall meet it again. */
  discard(instance: I): void {
    this.#release(instance);
    instance.dispose();
    this.#grow();
    this.#finishClosing();
  }

  /** Sends those who wait away, and resolves when every call under way, each with its own deadline, has given back. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    const { promise, resolve } = Promise.withResolvers<void>();
    [this.#closing, this.#closed] = [promise, resolve];
    for (const finish of this.#waiting) finish({ kind: "closed" });
    for (const instance of this.#idle.splice(0)) instance.dispose();
    this.#finishClosing();
    return promise;
  }

  #release(instance: I): void {
    if (!this.#inUse.delete(instance)) throw new Error("an instance was given back that nobody had taken");
  }

  #settle(instance: I): void {
    if (this.#closing !== undefined) {
      instance.dispose();
      return this.#finishClosing();
    }
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#idle.push(instance);
      return;
    }
    this.#inUse.add(instance);
    first({ kind: "taken", instance });
  }

  /** One new instance for every call that waits, up to the most. */
  #grow(): void {
    const room = this.#most - this.size - this.#creating;
    const missing = Math.min(room, this.#waiting.size - this.#creating);
    for (let i = 0; i < missing; i++) void this.#createOne();
  }

  async #createOne(): Promise<void> {
    this.#creating += 1;
    const created = await this.#create().catch((): Created<I> => ({ kind: "failed", message: "it cannot be started" }));
    this.#creating -= 1;
    if (created.kind === "created") return this.#settle(created.instance);
    // Only the first one is told: the others' own attempts may succeed.
    const [first] = this.#waiting;
    first?.(created);
    this.#grow();
    this.#finishClosing();
  }

  #finishClosing(): void {
    if (this.#inUse.size === 0 && this.#creating === 0) this.#closed?.();
  }
}
