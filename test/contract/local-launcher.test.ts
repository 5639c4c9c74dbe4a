import { localLauncher } from "../../cluster/launchers/local.ts";
import { launcherContract } from "./launcher.ts";

launcherContract("local", localLauncher);
