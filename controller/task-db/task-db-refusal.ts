/** What a task database cannot grant; clients get it under an exception's name that Python knows. */
export class TaskDbRefusal extends Error {
  readonly ename: string;

  constructor(ename: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.ename = ename;
  }
}

export class UnknownOperator extends TaskDbRefusal {
  constructor(operator: string) {
    super("KeyError", `Unknown operator: ${operator}`);
  }
}

export class UnknownKey extends TaskDbRefusal {
  constructor(key: string) {
    super("KeyError", `Records have no key: ${key}`);
  }
}

/** A query whose operator got something that it cannot work with. */
export class MalformedQuery extends TaskDbRefusal {
  constructor(problem: string) {
    super("ValueError", problem);
  }
}

/** Nothing is kept, so nothing can be read. */
export class NoData extends TaskDbRefusal {
  constructor() {
    super("NoData", "The controller keeps no records (--nodb): start it with --dictdb or --sqlitedb.");
  }
}

/** The database itself is in trouble: its disk, its server, its thread. */
export class DatabaseFailed extends TaskDbRefusal {
  constructor(problem: string) {
    super("DatabaseError", problem);
  }
}
