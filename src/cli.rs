//! Door one: the command line. Arguments in, reports out; it calls `deploy` and contains no use case.
