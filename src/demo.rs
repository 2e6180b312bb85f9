//! A cluster in a box: an in-process API server and its controllers, reached only through a `kube::Client`.
