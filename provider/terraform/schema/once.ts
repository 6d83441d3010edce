// Values that are made at their first use: a command starts the plugin several times, and most of
// its processes need few of them. Invariant: a maker that failed is asked again.

/** `make` that runs at the first call alone and gives the same thing from then on. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
