/** Lets a test wait for a condition: whoever changes something rings, and the condition is looked at again. */
export interface WakeBell {
  readonly ring: () => void;
  readonly until: (holds: () => boolean) => Promise<void>;
}

/** Makes a bell. */
export function wakeBell(): WakeBell {
  let waiting: { holds: () => boolean; resolve: () => void }[] = [];
  return {
    ring: () => {
      const ready = waiting.filter((one) => one.holds());
      waiting = waiting.filter((one) => !ready.includes(one));
      for (const one of ready) one.resolve();
    },
    until: (holds) =>
      new Promise((resolve) => {
        if (holds()) resolve();
        else waiting.push({ holds, resolve });
      }),
  };
}
