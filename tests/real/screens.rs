//! The main job over a real control plane, on the screens, in a real terminal.

use crate::ground::port;
use crate::journeys::{LONG, Machine};
use crate::person::{Person, ROLLOUT, SOON, command};
use crate::plane::{Plane, name};
use crate::session::{Stage, within_time};
use crate::walk::{CTRL_S, ENTER, ESCAPE, RIGHT, applies, confirms};

fn sits_down(machine: &Machine) -> Person {
    let mut command = command(env!("CARGO_BIN_EXE_landfall"), &[]);
    for (name, value) in machine.environment() {
        command.env(name, value);
    }
    command.cwd(machine.folder());
    let mut ann = Person::starts(command);
    ann.sees("3 environments");
    ann
}

/// From an outcome to the matrix, however long the machine takes for it.
fn goes_back(ann: &mut Person) {
    ann.press(ESCAPE);
    ann.sees_within(ROLLOUT, "3 environments");
}

/// From the matrix to the credentials; a keyring that a busy machine keeps from answering in time is asked again.
fn opens_the_form(ann: &mut Person) {
    ann.press(ENTER);
    for _ in 0..10 {
        ann.until(SOON, "the form", |screen| {
            let text = screen.contents();
            text.contains("MLflow login") || text.contains("vault is busy")
        });
        if ann.text().contains("MLflow login") {
            return;
        }
        ann.press("r");
        ann.until(SOON, "another answer", |screen| !screen.contents().contains("vault is busy"));
    }
    panic!("the vault never answered:\n{}", ann.text());
}

/// SEED's block in a namespace and with ports of its own.
fn imports() -> Machine {
    let machine = Machine::new();
    let namespace = name("mlflow");
    let ports = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let admin = Plane::shared().client().await;
        [port(&admin).await, port(&admin).await, port(&admin).await]
    });
    let mut text = machine.read("terraform.tfvars");
    for (old, new) in ["30500", "30501", "30502"].iter().zip(ports) {
        text = text.replace(old, &new.to_string());
    }
    machine.write("terraform.tfvars", &text);
    let set = ["--set", "access.hosts=192.168.40.11", "--namespace", &namespace];
    machine.says(&[&["import", "terraform.tfvars", "--yes", "--strip"][..], &set].concat(), "", 0);
    machine.enters_what_is_missing(&["dev", "stg", "prod"]);
    machine
}

#[test]
fn dev_then_stg_then_prod_and_a_change() {
    within_time(Stage::Ready, "screens::dev_then_stg_then_prod_and_a_change", LONG, || {
        let machine = imports();
        let mut ann = sits_down(&machine);
        ann.sees_within(ROLLOUT, "deployed here yet");
        for name in ["dev", "stg", "prod"] {
            confirms(&mut ann, name);
            if name == "prod" {
                ann.sees("Type its name");
                ann.press("prod");
                ann.sees("name: prod");
            }
            applies(&mut ann);
            ann.sees_within(ROLLOUT, &format!("{name} is ready"));
            ann.sees("Same again");
            goes_back(&mut ann);
            ann.press(RIGHT);
        }
        ann.press("q");
        assert_eq!(ann.ends(), 0);
        ann.has_the_terminal_back();

        // A changed value, seen in the preview before it is applied.
        let yaml = machine.read("landfall.yaml");
        machine.write("landfall.yaml", &yaml.replacen("    values:\n", "    values:\n      workers: 3\n", 1));
        let mut ann = sits_down(&machine);
        ann.sees_within(ROLLOUT, "ready");
        opens_the_form(&mut ann);
        ann.sees("✓ set");
        ann.press(CTRL_S);
        ann.sees("n go on");
        ann.press("n");
        ann.sees_within(ROLLOUT, "nothing was written");
        ann.sees("mlflow-config-dev");
        ann.press("n");
        ann.sees("Apply to dev");
        applies(&mut ann);
        ann.sees_within(ROLLOUT, "dev is ready: revision 2");
        goes_back(&mut ann);
        ann.press("q");
        assert_eq!(ann.ends(), 0);
    });
}
