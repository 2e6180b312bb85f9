//! An image that does not arrive. Texts: containerd and Docker as the kubelet passes them on, in the waiting message or,
//! on older servers, only in the Event `Failed`.

use super::condition::text;
use super::container::Container;
use super::finding::Finding;
use super::scene::Scene;
use super::{Cause, Trouble, say};
use crate::object::Object;

/// Why a pull does not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pull {
    Name,
    Never,
    Signature,
    Platform,
    Disk,
    Limited,
    Refused,
    Unreachable,
    Missing,
    Untold,
}

fn sort(reason: &str, text: &str) -> Pull {
    let text = text.to_lowercase();
    let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    match reason {
        "InvalidImageName" => Pull::Name,
        "ErrImageNeverPull" => Pull::Never,
        "SignatureValidationFailed" => Pull::Signature,
        _ if has(&["invalid reference format"]) => Pull::Name,
        _ if has(&["no match for platform", "no matching manifest for"]) => Pull::Platform,
        _ if has(&["no space left on device"]) => Pull::Disk,
        _ if has(&["toomanyrequests", "too many requests", "rate limit"]) => Pull::Limited,
        _ if has(&[
            "unauthorized",
            "forbidden",
            "access denied",
            "denied",
            "no basic auth",
            "authorization failed",
        ]) =>
        {
            Pull::Refused
        }
        "RegistryUnavailable" => Pull::Unreachable,
        _ if has(UNREACHABLE) => Pull::Unreachable,
        _ if has(&["not found", "manifest unknown", "name unknown", "does not exist"]) => Pull::Missing,
        _ => Pull::Untold,
    }
}

const UNREACHABLE: &[&str] = &[
    "no such host",
    "i/o timeout",
    "x509",
    "connection refused",
    "connection reset",
    "no route to host",
    "timeout",
    "server misbehaving",
    "deadline exceeded",
    "unreachable",
    "bad gateway",
    "service unavailable",
    "eof",
    "gave http response to https client",
    "internal server error",
    "tls:",
];

/// Why the image of a container does not arrive.
pub(super) fn finding(container: &Container<'_>, pod: &Object, scene: &Scene<'_>) -> Finding {
    let image = container.image();
    let waiting = container.waiting().unwrap_or(&serde_json::Value::Null);
    let mut told = text(waiting, "message").to_owned();
    let about = scene.events(pod).into_iter().find(|event| {
        event.reason() == "Failed"
            && event.container().is_none_or(|c| c == container.name)
            && event.message().contains(image)
    });
    if let Some(event) = about {
        told.push('\n');
        told.push_str(event.message());
    }
    // the image's own name may hold any of the words looked for
    let told = if image.is_empty() { told } else { told.replace(image, "") };
    let pull = sort(text(waiting, "reason"), &told);
    let since = super::pod::scheduled(pod);
    let base = |trouble| Cause::new(trouble, pod.key()).inside(container.name);
    match pull {
        Pull::Name => Finding::fatal(
            base(Trouble::ImageMissing { image: image.to_owned() })
                .headline(format!("{image} is not the name of an image"))
                .sentence(format!("The image of container {} has a name that no registry can have.", container.name))
                .next("correct the image's name"),
        ),
        Pull::Never => Finding::fatal(
            base(Trouble::ImageMissing { image: image.to_owned() })
                .headline(format!("{image} is not on {}", super::pod::node(pod)))
                .sentence("The container may only use an image that is on the node already (pull policy Never).")
                .next("load the image onto the node, or let it be pulled (imagePullPolicy: IfNotPresent)"),
        ),
        Pull::Signature => Finding::fatal(
            base(Trouble::Other)
                .headline(format!("the signature of {image} was rejected"))
                .sentence(format!("The signature policy of {} does not accept this image.", super::pod::node(pod)))
                .next("sign the image, or change the policy of the node"),
        ),
        Pull::Missing | Pull::Platform => Finding::fatal(missing(base, image, pull, container.name)),
        Pull::Refused => refused(base, image, pod, scene).within(&told, scene.older(since, 60)),
        Pull::Limited | Pull::Unreachable => {
            Finding::after(unreachable(base, image, pull, &told), scene.older(since, 300))
        }
        Pull::Disk => Finding::after(
            base(Trouble::Other)
                .headline(format!("the disk of {} is full", super::pod::node(pod)))
                .sentence(format!("There is no space left to unpack {image}."))
                .next("free space on the node"),
            scene.older(since, 120),
        ),
        Pull::Untold => Finding::after(
            base(Trouble::Other)
                .headline(format!("{image} cannot be pulled"))
                .sentence(untold(&told))
                .next("try the pull by hand on the node; the pod tries again by itself"),
            scene.older(since, 300),
        ),
    }
}

fn missing(base: impl Fn(Trouble) -> Cause, image: &str, pull: Pull, container: &str) -> Cause {
    let cause = base(Trouble::ImageMissing { image: image.to_owned() });
    if pull == Pull::Platform {
        return cause
            .headline(format!("{image} has no build for the node's CPU"))
            .sentence("The image exists in the registry, but not for the CPU architecture of the node.")
            .next("use an image built for this architecture, or send the pod to another node");
    }
    cause
        .headline(format!("{image} does not exist in the registry"))
        .sentence(format!("The registry {} has no such image; container {container} asks for it.", registry(image)))
        .next("check the name and the tag of the image")
}

fn unreachable(base: impl Fn(Trouble) -> Cause, image: &str, pull: Pull, told: &str) -> Cause {
    let registry = registry(image);
    let cause = base(Trouble::RegistryUnreachable { image: image.to_owned() });
    if pull == Pull::Limited {
        return cause
            .headline(format!("the registry limits pulls of {image}"))
            .sentence(format!(
                "{registry} has had too many pulls from here; the pod tries again, at most every 5 minutes."
            ))
            .next("wait, sign in to the registry with a pull secret, or use a mirror");
    }
    let (why, next) = if say::has(told, &["no such host", "server misbehaving"]) {
        ("its name cannot be resolved", "check the registry's name and the DNS of the node")
    } else if say::has(told, &["x509", "tls:"]) {
        ("its certificate is not trusted", "give the node the registry's CA certificate")
    } else {
        ("it does not answer", "check that the node can reach the registry")
    };
    cause
        .headline(format!("the registry {registry} cannot be reached"))
        .sentence(format!(
            "The node asked {registry} for {image}: {why}. The pod tries again, at most every 5 minutes."
        ))
        .next(next)
}

/// A refusal, before it is known what the registry said.
struct Refusal {
    cause: Cause,
    secrets: Vec<String>,
    absent: Vec<String>,
}

fn refused(base: impl Fn(Trouble) -> Cause, image: &str, pod: &Object, scene: &Scene<'_>) -> Refusal {
    let secrets: Vec<String> =
        pod.list("/spec/imagePullSecrets").iter().map(|secret| text(secret, "name").to_owned()).collect();
    // only this Event says which pull secrets are not there
    let named = scene.newest(pod, &["FailedToRetrieveImagePullSecret"]);
    let absent = named
        .and_then(|event| say::between(event.message(), "(", ")"))
        .map(|names| names.split(',').map(|name| say::bare(name.trim()).to_owned()))
        .into_iter()
        .flatten()
        .filter(|name| !scene.knows("Secret", pod.namespace(), name))
        .collect();
    let trouble = Trouble::RegistryRefused { image: image.to_owned(), pull_secrets: secrets.clone() };
    Refusal { cause: base(trouble).headline(format!("the registry refused {image}")), secrets, absent }
}

impl Refusal {
    fn within(self, told: &str, over: bool) -> Finding {
        let Self { cause, secrets, absent } = self;
        if let Some(secret) = absent.first() {
            return Finding::fatal(
                cause
                    .sentence(format!("Secret {secret}, which the pod names as its pull secret, does not exist."))
                    .next(format!("create Secret {secret} with a login for the registry")),
            );
        }
        let said = if say::has(told, &["unauthorized"]) {
            " (401 Unauthorized)"
        } else if say::has(told, &["forbidden"]) {
            " (403 Forbidden)"
        } else {
            ""
        };
        let again = "The pod tries again, at most every 5 minutes.";
        let cause = match secrets.as_slice() {
            [] => cause
                .sentence(format!("It wants a login{said}, and the pod names no pull secret."))
                .next("name a pull secret in the pod (imagePullSecrets), or check that the image is public"),
            [one] => cause
                .sentence(format!("The token in Secret {one} was rejected{said}."))
                .next(format!("enter a new token for {one}")),
            many => cause
                .sentence(format!("None of the logins in Secrets {} was accepted{said}.", say::list(many)))
                .next(format!("enter a new token for {}", say::list(many))),
        };
        // Docker's registry says the same for both
        let either = if say::has(told, &["may require", "insufficient_scope"]) {
            "The registry does not tell a wrong login from an image that does not exist."
        } else {
            ""
        };
        Finding::after(cause.also(either).also(again), over)
    }
}

fn untold(told: &str) -> String {
    let line = told.lines().rev().map(say::calm).find(|line| !line.is_empty());
    line.map_or_else(|| "The node does not say why.".to_owned(), |line| format!("The node says: {line}."))
}

/// The registry in an image name.
fn registry(image: &str) -> &str {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "Docker Hub",
    }
}
