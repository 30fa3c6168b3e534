/** How long one request may be held, in seconds: short enough for every proxy on the way. */
export const heldSeconds = 20

/** Asks again, each time held by the server, until the thing has come to rest. */
export async function settle<Thing>(
  first: Thing,
  isSettled: (thing: Thing) => boolean,
  again: (wait: number) => Promise<Thing>,
): Promise<Thing> {
  let thing = first
  while (!isSettled(thing)) thing = await again(heldSeconds)
  return thing
}
