//! The parts of an image's name: registry, repository, and tag or digest (distribution/reference, the OCI registry API).

/// An image's name in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The host that is asked: `ghcr.io`.
    pub registry: String,
    /// The repository: `mlflow/mlflow`.
    pub repository: String,
    /// The tag or the digest: `v3.18.0-full`, `sha256:…`.
    pub version: String,
}

impl Reference {
    /// Takes a name apart as container runtimes do: what is no host belongs to Docker's registry.
    pub fn parse(image: &str) -> Self {
        let (name, version) = match image.split_once('@') {
            Some((name, digest)) => (name, digest),
            None => match image.rsplit_once(':') {
                Some((name, tag)) if !tag.contains('/') => (name, tag),
                Some(_) | None => (image, "latest"),
            },
        };
        // A digest counts, and a tag beside it says nothing more.
        let name = match name.rsplit_once(':') {
            Some((bare, tag)) if image.contains('@') && !tag.contains('/') => bare,
            Some(_) | None => name,
        };
        let (registry, repository) = match name.split_once('/') {
            Some((host, rest)) if host.contains(['.', ':']) || host == "localhost" => (host, rest.to_owned()),
            Some(_) => ("docker.io", name.to_owned()),
            None => ("docker.io", format!("library/{name}")),
        };
        Self { registry: registry.to_owned(), repository, version: version.to_owned() }
    }

    /// Where its manifest is asked for. A registry on this machine is asked without TLS, as container runtimes do.
    pub fn manifest(&self) -> String {
        format!("{}/v2/{}/manifests/{}", self.base(), self.repository, self.version)
    }

    fn base(&self) -> String {
        let host = if self.registry == "docker.io" { "registry-1.docker.io" } else { &self.registry };
        let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
        let scheme = if matches!(bare, "localhost" | "127.0.0.1" | "[::1]") { "http" } else { "https" };
        format!("{scheme}://{host}")
    }

    /// The name that credentials for it are kept under in a pull Secret.
    pub fn is_kept_under(&self, key: &str) -> bool {
        let bare = key.trim_start_matches("https://").trim_start_matches("http://");
        let host = bare.split('/').next().unwrap_or_default();
        let docker = self.registry == "docker.io" && matches!(host, "index.docker.io" | "registry-1.docker.io");
        host == self.registry || docker
    }
}
