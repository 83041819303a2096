"""Values of pods: where they run, how many, with which priority, and on which volume they keep what must stay."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from audit.document import Matching, refusal
from audit.units import Bytes
from generator.fields import AnnotationKey, LabelKey, LabelValue, Model, Name

PriorityClass = Annotated[
    str, Matching(r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?", "the name of a PriorityClass, or an empty text for none")
]


class Toleration(Model):
    """A taint of nodes that does not keep the pods away, as in a pod."""

    key: LabelKey | None = None
    """The taint's key; without one, with the operator `Exists`, every taint."""
    operator: Literal["Equal", "Exists"] = "Equal"
    """`Exists` for any value."""
    value: LabelValue = ""
    """The taint's value, with `Equal`."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """The taint's effect; without one all of them."""
    toleration_seconds: Annotated[int, Field(ge=0)] | None = None
    """How long a pod stays on a node that gets the taint, with `NoExecute`; without it for ever."""

    @model_validator(mode="after")
    def as_the_api_server_takes_it(self) -> "Toleration":
        """Refuse what the API server would refuse when the pod is made."""
        if self.operator == "Exists" and self.value:
            raise refusal("no value with the operator Exists", "remove it", got=repr(self.value), at=("value",))
        if self.operator == "Equal" and self.key is None:
            raise refusal("a key with the operator Equal", "name the taint's key", got="none", at=("key",))
        if self.toleration_seconds is not None and self.effect != "NoExecute":
            got = str(self.effect or "none")
            raise refusal("NoExecute with tolerationSeconds", "remove tolerationSeconds", got=got, at=("effect",))
        return self


class Affinity(Model):
    """An affinity, as in a pod; the three are handed on as they are."""

    node_affinity: dict[str, Any] | None = None
    """To nodes."""
    pod_affinity: dict[str, Any] | None = None
    """To other pods."""
    pod_anti_affinity: dict[str, Any] | None = None
    """Away from other pods."""


class PodValues(Model):
    """What may be said of the pods of either component."""

    priority_class: PriorityClass | None = None
    """The pods' PriorityClass. Without one the agent has `system-node-critical`, from Kubernetes 1.17, for before only kube-system may use it; the bridge has none. An empty text is none."""
    node_selector: dict[LabelKey, LabelValue] = Field(default={})
    """Labels that nodes must have, beside what the placement asks for anyway."""
    tolerations: tuple[Toleration, ...] = ()
    """Taints that do not keep the pods away, beside those of control-plane nodes for the agent."""
    affinity: Affinity | None = None
    """Instead of the affinity that is rendered; the agent's is to control-plane nodes, the bridge has none."""
    pod_labels: dict[LabelKey, LabelValue] = Field(default={})
    """Labels of your own on the pods, beside `labels`."""
    pod_annotations: dict[AnnotationKey, str] = Field(default={})
    """Annotations of your own on the pods, such as `sidecar.istio.io/inject: "false"`."""


class Spread(Model):
    """How bridges keep apart, so that one failure takes not all of them."""

    hosts: Literal["preferred", "required", "none"] = "preferred"
    """Over nodes. `required` leaves a bridge pending rather than beside another."""
    zones: Literal["preferred", "required", "none"] = "none"
    """Over zones. Only where every node has the label `topology.kubernetes.io/zone`: the scheduler spreads over nothing that one without it is part of, not even over nodes."""


class Autoscaling(Model):
    """Bridges by need instead of a fixed number."""

    min_replicas: Annotated[int, Field(ge=1, le=100)] = 2
    """The fewest; two let one be replaced without a pause."""
    max_replicas: Annotated[int, Field(ge=1, le=100)] = 6
    """The most. They must be enough for `eventsPerSecond`, and share it: that gives the CPU request."""
    cpu: Annotated[int, Field(ge=10, le=100)] | None = 70
    """Percent of the CPU request that bridges should use; needs metrics-server. null leaves CPU out."""
    unacked_bytes: Bytes | None = None
    """How much may wait in one bridge on average, by its metric `audit_bridge_unacked_bytes`; needs an adapter that serves it as a metric of pods."""

    @model_validator(mode="after")
    def something_to_go_by(self) -> "Autoscaling":
        """Refuse what cannot scale."""
        if self.cpu is None and self.unacked_bytes is None:
            raise refusal("cpu or unackedBytes", "give one of them", got="neither", at=("cpu",))
        if self.min_replicas > self.max_replicas:
            want = "at least minReplicas"
            raise refusal(want, "raise it", got=f"{self.max_replicas} < {self.min_replicas}", at=("maxReplicas",))
        return self


class Claim(Model):
    """A volume of its own for each bridge, that outlives the pod. Its size follows from the bounds of what lies on it."""

    storage_class: Name | None = None
    """The StorageClass; without one the cluster's default."""


class Storage(Model):
    """Where a bridge keeps what Loggly refuses, and the spool."""

    claim: Claim | None = None
    """With it, `{}` for the default class, bridges are a StatefulSet with a volume claim each. Without it what a bridge keeps is gone with its pod."""
    spool: bool = False
    """Whether the bridge keeps on the volume what senders without acks have sent; needs `claim`, and `config.spool.max_bytes` bounds it. Fluentd needs none: its own buffer keeps what is not acked."""
