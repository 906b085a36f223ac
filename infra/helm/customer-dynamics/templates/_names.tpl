{{- define "cd.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Room for the longest suffix. */}}
{{- define "cd.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "cd.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What a selector may hold: nothing that an upgrade changes, since selectors cannot be changed. Of .root, .component. */}}
{{- define "cd.selector" -}}
app.kubernetes.io/name: {{ include "cd.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "cd.labels" -}}
{{ include "cd.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: customer-dynamics
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "cd.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* .base with what .over says, as YAML. Unlike sprig's merges it lets a false, 0 or '' stand. */}}
{{- define "cd.overlay" -}}
{{- $out := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $out $key)) -}}
{{- $_ := set $out $key (include "cd.overlay" (dict "base" (get $out $key) "over" $value) | fromYaml) -}}
{{- else -}}
{{- $_ := set $out $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{/* The enabled services with their defaults filled in: name → entry, as YAML. */}}
{{- define "cd.services" -}}
{{- $all := dict -}}
{{- range $name, $own := .Values.services -}}
{{- $service := include "cd.overlay" (dict "base" $.Values.serviceDefaults "over" ($own | default dict)) | fromYaml -}}
{{- if $service.enabled -}}
{{- $_ := set $all $name $service -}}
{{- end -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{- define "cd.serviceAccount" -}}
{{ include "cd.fullname" .root }}-{{ .component }}
{{- end -}}

{{/* Whether set-up runs as hooks: not where this chart makes the servers, which are not there before it is installed. */}}
{{- define "cd.setupByHook" -}}
{{- if and (eq .Values.setup.mode "hook") (not .Values.strimzi.enabled) (not .Values.clickhouseInstallation.enabled) -}}true{{- end -}}
{{- end -}}
