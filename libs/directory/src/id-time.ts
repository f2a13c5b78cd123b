/** The moment a UUIDv7 was made: it is also the resource's meta.created, so a filter on that is a range of ids. */
export function idTime(id: string): Date {
  return new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}
