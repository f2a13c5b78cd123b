{{/* The pod of a role: (dict "root" $ "role" "api" "of" .Values.api). Both run the same image. */}}
{{- define "provost.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "provost.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .role }}
  {{- with .of.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "provost.serviceAccount" $root }}
  # It never asks Kubernetes anything.
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    seccompProfile:
      type: RuntimeDefault
  terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
  containers:
    - name: {{ .role }}
      image: "{{ $root.Values.image.repository }}:{{ $root.Values.image.tag | default $root.Chart.AppVersion }}"
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      securityContext:
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        capabilities:
          drop: [ALL]
      ports:
        - name: http
          containerPort: 3000
      env:
        - name: ROLE
          value: {{ .role }}
        - name: HOST
          value: 0.0.0.0
        - name: PORT
          value: "3000"
        - name: PUBLIC_URL
          value: {{ include "provost.publicUrl" $root | quote }}
        {{- range $name, $value := omit $root.Values.environment "PUBLIC_URL" }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
        {{- range $name, $from := $root.Values.secrets }}
        {{- if $from }}
        - name: {{ $name }}
          valueFrom:
            secretKeyRef:
              name: {{ $from.name }}
              key: {{ $from.key }}
              optional: {{ $from.optional | default false }}
        {{- end }}
        {{- end }}
      # Nothing listens until the migrations are through.
      startupProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 2
        failureThreshold: {{ div $root.Values.startupSeconds 2 }}
      # A database that is away is no reason to restart; it is one to send nobody here.
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      lifecycle:
        preStop:
          # Until every node has heard that nobody is to be sent here any more.
          exec: { command: [sleep, "5"] }
      resources:
        {{- toYaml .of.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir: {}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "provost.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $.role }}
    {{- end }}
  {{- with .of.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .of.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .of.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
