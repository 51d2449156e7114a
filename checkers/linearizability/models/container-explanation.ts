// What is wrong with a few operations on a queue, a stack or a priority queue, in plain words. For their explanations.
import type { Input, Operation } from "../../../harness/operation.ts";

/** null: empty; insertions answer it too. */
export type Answer = string | number | null;

/** A kind of container as its explanations speak of it. Values are compared by identity. */
export interface ContainerWords<I extends Input, O extends Answer, V extends string | number> {
  /** `the queue`. */
  readonly noun: string;
  /** `enqueued`. */
  readonly put: string;
  /** `dequeued`. */
  readonly took: string;
  /** The value that the operation puts in if it takes effect; undefined: it puts in nothing. */
  valuePut(input: I): V | undefined;
  /** Whether this removal of the value behind, and every later one, must find the value ahead in, unless that was removed. */
  isBlocked(story: BlockedRemoval<I, O>): boolean;
  /** `a, enqueued before it, was still in`. */
  ahead(value: V): string;
  /** `a was enqueued before b`. */
  order(ahead: V, behind: V): string;
}

/** Two insertions, the first answered, and a removal of the second value, answered. */
export interface BlockedRemoval<I extends Input, O extends Answer> {
  readonly ahead: Operation<I, O>;
  readonly behind: Operation<I, O>;
  readonly removal: Operation<I, O>;
}

/**
 * See `Model.explain`. Sentences are about witnesses of exactly these operations: a removal of what nobody put in; two removals of what one
 * insertion put in; two values of which the second came out first, with or without the removal of the first; an
 * "empty" while values were in. Undefined for all others, and wherever times or outcomes leave a doubt.
 */
export function explainContainer<I extends Input, O extends Answer, V extends string | number>(
  words: ContainerWords<I, O, V>,
  witness: readonly Operation<I, O>[],
  culprit: Operation<I, O>,
): string | undefined {
  if (words.valuePut(culprit.input) !== undefined || culprit.type !== "ok") return undefined;
  const others = witness.filter((operation) => operation !== culprit);
  const said = `process ${culprit.process} ${culprit.output === null ? `found ${words.noun} empty` : `${words.took} ${culprit.output}`}`;
  if (culprit.output === null) return emptySentence(words, { said, culprit, others });
  if (others.length === 0) return `${said}, which nobody can have ${words.put} by then`;
  return (
    twiceSentence(words, { said, culprit, others }) ?? overtakenSentence(words, { said, culprit, others }) ?? lateSentence(words, { said, culprit, others })
  );
}

interface Scene<I extends Input, O extends Answer> {
  readonly said: string;
  readonly culprit: Operation<I, O>;
  readonly others: readonly Operation<I, O>[];
}

/** One insertion, two removals of its value. */
function twiceSentence<I extends Input, O extends Answer, V extends string | number>(
  words: ContainerWords<I, O, V>,
  { said, culprit, others }: Scene<I, O>,
): string | undefined {
  const [insertion, removal, ...rest] = partedBy(words, others);
  if (rest.length > 0 || insertion === undefined || removal === undefined) return undefined;
  if (words.valuePut(insertion.input) !== culprit.output || removal.type !== "ok" || removal.output !== culprit.output) return undefined;
  if (words.valuePut(removal.input) !== undefined) return undefined;
  return `${said}, as process ${removal.process} did, and it can have been ${words.put} only once by then`;
}

/** Two insertions; the second value came out, the first did not. */
function overtakenSentence<I extends Input, O extends Answer, V extends string | number>(
  words: ContainerWords<I, O, V>,
  { said, culprit, others }: Scene<I, O>,
): string | undefined {
  const ahead = others.find(({ input }) => isAnother(words.valuePut(input), culprit.output));
  const behind = others.find(({ input }) => words.valuePut(input) === culprit.output);
  if (others.length !== 2 || ahead === undefined || behind === undefined || ahead.type !== "ok") return undefined;
  const value = words.valuePut(ahead.input);
  return value !== undefined && words.isBlocked({ ahead, behind, removal: culprit }) ? `${said} although ${words.ahead(value)}` : undefined;
}

/** Two insertions, two removals, the second value before the first. */
function lateSentence<I extends Input, O extends Answer, V extends string | number>(
  words: ContainerWords<I, O, V>,
  { said, culprit, others }: Scene<I, O>,
): string | undefined {
  const removal = others.find(({ input, type, output }) => words.valuePut(input) === undefined && type === "ok" && output !== null);
  const ahead = others.find(({ input }) => words.valuePut(input) === culprit.output);
  const behind = others.find(({ input }) => removal !== undefined && words.valuePut(input) === removal.output);
  if (others.length !== 3 || removal === undefined || ahead === undefined || behind === undefined || ahead === behind) return undefined;
  if (ahead.type !== "ok" || removal.completedIndex >= culprit.invokedIndex) return undefined;
  const [first, second] = [words.valuePut(ahead.input), words.valuePut(behind.input)];
  if (first === undefined || second === undefined || !words.isBlocked({ ahead, behind, removal })) return undefined;
  return `${said} only after process ${removal.process} had ${words.took} ${second}, although ${words.order(first, second)}`;
}

/** Answered insertions, each value once, of which at every moment of the call one was over and its removal had not begun. */
function emptySentence<I extends Input, O extends Answer, V extends string | number>(
  words: ContainerWords<I, O, V>,
  { said, culprit, others }: Scene<I, O>,
): string | undefined {
  const insertions = others.filter(({ input }) => words.valuePut(input) !== undefined);
  const values = new Set(insertions.map(({ input }) => words.valuePut(input)));
  const removals = new Map(others.filter((operation) => !insertions.includes(operation)).map((operation) => [operation.output, operation]));
  if (insertions.length === 0 || values.size !== insertions.length || removals.size + insertions.length !== others.length) return undefined;
  if (others.some(({ type }) => type !== "ok") || [...removals.keys()].some((output) => !hasValue(values, output))) return undefined;
  // From one certain stay to the next, until the end of the call.
  let covered = culprit.invokedIndex;
  for (const { input, completedIndex } of insertions.toSorted((one, other) => one.completedIndex - other.completedIndex)) {
    const removal = others.find((operation) => operation.output === words.valuePut(input) && !insertions.includes(operation));
    if (completedIndex < covered) covered = Math.max(covered, removal?.invokedIndex ?? Infinity);
  }
  if (covered < culprit.completedIndex) return undefined;
  const names = [...values].join(" or ");
  return `${said} although ${names} was in ${values.size === 1 ? "all that time" : "at every moment of that call"}`;
}

/** Insertions first. */
function partedBy<I extends Input, O extends Answer, V extends string | number>(
  words: ContainerWords<I, O, V>,
  operations: readonly Operation<I, O>[],
): readonly Operation<I, O>[] {
  const isInsertion = ({ input }: Operation<I, O>): boolean => words.valuePut(input) !== undefined;
  return [...operations.filter(isInsertion), ...operations.filter((operation) => !isInsertion(operation))];
}

function isAnother(value: string | number | undefined, output: Answer | undefined): boolean {
  return value !== undefined && value !== output;
}

function hasValue(values: ReadonlySet<string | number | undefined>, output: Answer | undefined): boolean {
  return output !== null && output !== undefined && values.has(output);
}
